"""Figures and pictures of the past: pure, from columns of the record to numbers, pages and plots."""
