"""Contract suites and test strategies that anyone may import; they need pytest and hypothesis."""
