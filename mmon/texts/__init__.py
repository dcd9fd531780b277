"""Texts made harmless: without secrets, and without what would act on a screen."""
