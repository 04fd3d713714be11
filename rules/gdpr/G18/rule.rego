# G18 GDPR 5(1)(c), 32: No personal data in free text.
package daylight.gdpr.g18

import rego.v1

import data.daylight.lib

hits contains {"object": finding.location, "message": sprintf("%d personal-data hits in free text", [finding.hits])} if {
	some finding in lib.findings
	finding.kind == "pii_in_free_text"
	finding.hits > 0
}
