"""Settlement (结算): what a shop's slips come to, signed, checked and paid."""
