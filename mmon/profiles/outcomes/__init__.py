"""What a model answered beside what was true, as tables that add up."""
