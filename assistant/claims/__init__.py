"""Claims: who does what to whom, taken out of sentences, so that what retells a text can be held against it.

``words`` has the forms in which words are compared, ``tokens`` and ``reading`` turn a text into claims, ``holding``
says whether one claim says no more than others. The surprising decision: closeness in meaning is never asked for. "You
stole the deposit" is as close to "the landlord stole the deposit" as a good retelling, so who, what, whether and in
which order are compared, and what cannot be read supports nothing.
"""
