"""What is to become of the recorded half hour: what must be held, and what must never be."""

# On screen for long enough to be read, in windows that no rule excludes. Compared without spaces and case.
HELD = (
    "The first tidal mills were built where a river met the sea",
    "Gauge 3: read the level twice and keep the median",
    "I work as a lock engineer for the canal trust",
    "I live in Shardlow, ten minutes from the lower gate",
    "I get up at five every day",
    "I am bringing my kayak, can you fetch me from the station?",
    "also I don't eat meat any more, since August",
    "Kestrel 14 inflatable kayak, two seats",
    "Call with Benedikt about the weir survey",
    "choir folder, I sing alto",
)

# Secrets on screens that are read, the password manager, the bank, the private window, and the domain excluded below.
NEVER_HELD = (
    "9fQ2xLm81TzKpVbW47RnYc3DhJ6sGa0E",
    "4111 1111 1111 1111",
    "vellum-Harpsichord-77",
    "quagmire",
    "zanzibar",
    "31926819",
    "umbrella orchestra",
    "marmalade telescope",
)
EXCLUDED_DOMAIN = "inkwell.example"  # its title says nothing; only the address bar does
