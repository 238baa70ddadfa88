"""One file per JMeter element, named as in the JMX in snake case."""
