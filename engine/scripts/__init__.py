"""Script languages, and the objects of JMeter and Java that scripts see."""
