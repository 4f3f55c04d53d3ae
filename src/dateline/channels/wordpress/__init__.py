"""WordPress: a post on the outlet's own site over its REST API, made once and kept up to date.

The outlet's row: `channel` wordpress; `endpoint` the site's address (`https://outlet.example`, or that of its
API); `secret_ref` names a file in HOME/secrets that holds `USER:APPLICATION PASSWORD`; `path` says how, as a
query (see site.Manner): `status=publish`; empty is a draft.
"""
