"""The larger local model, where the user has one: a GGUF file run by llama.cpp in a process of its own.

Nothing here imports llama.cpp but the worker process: the extra ``llm`` may be absent, and a crash of native code or a
machine out of memory must never end the engine.
"""
