//! Addresses that a step must not reach: the machine itself, private networks, cloud metadata (requirement 25 of `security.md`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address lies where no outside service is.
pub fn is_forbidden(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => forbidden_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped().or_else(|| embedded(address)) {
            Some(inner) => forbidden_v4(inner),
            None => forbidden_v6(address),
        },
    }
}

fn forbidden_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        // Carrier-grade NAT (RFC 6598); also where some clouds keep their metadata service.
        || (a == 100 && (64..128).contains(&b))
        // Benchmarking (RFC 2544) and protocol assignments (RFC 6890).
        || (a == 198 && (b == 18 || b == 19))
        || (a == 192 && b == 0 && c == 0)
        || a >= 240
}

fn forbidden_v6(address: Ipv6Addr) -> bool {
    let first = address.segments()[0];
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        // Unique local (RFC 4193), link local (RFC 4291), site local (RFC 3879), documentation (RFC 3849).
        || (first & 0xFE00) == 0xFC00
        || (first & 0xFFC0) == 0xFE80
        || (first & 0xFFC0) == 0xFEC0
        || (first == 0x2001 && address.segments()[1] == 0x0DB8)
}

/// The IPv4 address in a translated one: NAT64 (RFC 6052), 6to4 (RFC 3056), compatible (RFC 4291).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let pair = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match segments {
        [0x64, 0xFF9B, 0, 0, 0, 0, high, low] => Some(pair(high, low)),
        [0x2002, high, low, ..] => Some(pair(high, low)),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(pair(high, low)),
        _ => None,
    }
}
