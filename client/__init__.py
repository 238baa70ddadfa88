"""Drive a test and show it: what pyjm runs."""
