// The kinds of charts that our pages draw, and nothing more: the whole of ECharts would be half as large again.
import { BarChart, LineChart, MapChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent,
  DatasetComponent,
  GeoComponent,
  GridComponent,
  LegendComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { getMap, init, registerMap, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([
  AriaComponent, BarChart, DatasetComponent, GeoComponent, GridComponent, LegendComponent, LineChart, MapChart,
  ScatterChart, SVGRenderer, TitleComponent, TooltipComponent, VisualMapComponent,
]);

export { getMap, init, registerMap };
