"""What counts as one source of requests, when a limit is kept for each."""

from ipaddress import IPv6Address, ip_address


def source_network(address: str) -> str:
    """An IPv4 address as it is; of IPv6 the network of 64 bits, which one house owns whole. What is no IP
    address stays as it is.

    >>> source_network("2001:db8:1:2::7"), source_network("::ffff:192.0.2.1")
    ('2001:db8:1:2::/64', '192.0.2.1')
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"
