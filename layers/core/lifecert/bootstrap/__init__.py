"""The composition root: the only place that puts real adapters behind the ports.

One module for each area, with the settings of its functions and their factories beside them. A factory builds its use
case once per process, at the first call; nothing is built at import. A handler imports exactly one of these modules and
looks factories up in it at every call. What all of them are built of is in `parts`, and for tables in `stores`.
"""
