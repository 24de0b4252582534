"""The Vietnamese words of one area of work each: SENTENCES for refusals, STEPS for timelines. web/vietnamese.py joins them."""
