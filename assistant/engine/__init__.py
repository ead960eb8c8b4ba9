"""The engine: one process that owns a vault, its models and its writes, and answers clients over a local socket.

``wire`` puts records into bytes and back, ``auth`` decides who may speak, ``rendezvous`` is how clients find it,
``dispatch`` is the closed table of what may be asked, ``door`` holds the vault open or locked, ``server`` listens,
``channel`` is a client's end, ``process`` is the life of the whole, ``log`` says what happened without saying what was
observed. Nothing heavy is imported before the vault is unlocked: a locked engine costs what Python costs.
"""
