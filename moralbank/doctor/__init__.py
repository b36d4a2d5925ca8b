"""Whether this machine is fit to keep a bank: what is wrong, and what to do about it."""
