"""Decisions about what people write and what is answered: values in, values out."""
