"""Hot path: one virtual user, its step, its sample, its flow. Imports nothing of ours but charsets."""
