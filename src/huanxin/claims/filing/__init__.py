"""The applicant's side: questions answered one by one, sent, mended, withdrawn, appealed."""
