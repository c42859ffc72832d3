"""Addresses of trade-in."""

from django.urls import path

from .merchants import views as merchants
from .settlement import views as settlement
from .till import views as till
from .vouchers import views as vouchers

app_name = "tradein"

urlpatterns = [
    path("vouchers/", vouchers.vouchers, name="vouchers"),
    path("vouchers/take/", vouchers.take, name="take"),
    path("vouchers/<slug:code>/", vouchers.voucher, name="voucher"),
    path("rounds/", vouchers.rounds, name="rounds"),
    path("rounds/<int:number>/state/", vouchers.round_state, name="round_state"),
    path("till/", till.till, name="till"),
    path("till/kept/", till.till_kept, name="till_kept"),
    # Beside the till: a worker serves only what lies below its own address.
    path("till/worker.js", till.till_worker, name="till_worker"),
    path("till/sync/", till.till_sync, name="till_sync"),
    path("till/refused/<int:number>/", till.see_to, name="see_to"),
    path("sales/", till.sales, name="sales"),
    path("sales/<int:number>/", till.sale, name="sale"),
    path("prices/", merchants.prices, name="prices"),
    path("prices/marked/<str:ticket>", merchants.marked, name="marked"),
    path("prices/<str:code>/", merchants.price, name="price"),
    path("products/", merchants.products, name="products"),
    path("products/marked/<str:ticket>", merchants.marked_products, name="marked_products"),
    path("listed-shops/", merchants.listed, name="listed"),
    path("shops/", merchants.merchants, name="merchants"),
    path("shops/<str:code>/", merchants.merchant, name="merchant"),
    path("settlement/", settlement.settlement, name="settlement"),
    path("settling/", settlement.settling, name="settling"),
    path("settling/follow/", settlement.follow, name="follow"),
    path("settling/drop/<str:number>/", settlement.drop, name="drop"),
    path("settling/<slug:slug>/", settlement.settle, name="settle"),
]
