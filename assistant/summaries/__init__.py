"""What threads and days were about, and the profile as one short document.

Everything here is made of what is held and can be made again. With a language model it is worded by that when nobody
waits; without one it is composed of counts and propositions. Whatever a model writes is checked line by line.
"""
