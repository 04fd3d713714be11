# G05 GDPR 30(1)(e), 44-46: Safeguard for transfers to third countries.
package daylight.gdpr.g05

import rego.v1

import data.daylight.lib

# European Economic Area, then countries with a full adequacy decision (GDPR Art. 45).
adequate := {
	"EEA", "EU", "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT",
	"LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO",
	"AD", "AR", "CH", "FO", "GB", "GG", "IL", "IM", "JE", "JP", "KR", "NZ", "UY",
}

hits contains {"object": recipient.name, "message": "third-country recipient without safeguard"} if {
	lib.has_personal
	some recipient in lib.recipients
	not upper(object.get(recipient, "country", "EEA")) in adequate
	lib.is_empty(object.get(recipient, "safeguard", ""))
}
