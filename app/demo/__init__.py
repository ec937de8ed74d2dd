"""The demo: a furniture shop with a past, to see the product at work in a minute."""
