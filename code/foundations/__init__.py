"""Train, measure and judge the networks of *Foundations of Deep Learning*."""
