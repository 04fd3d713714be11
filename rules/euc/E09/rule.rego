# E09 BCBS 239 P3 accuracy: No orphan rows.
package daylight.euc.e09

import rego.v1

import data.daylight.lib

hits contains {"object": finding.location, "message": sprintf("%d orphan rows under an inferred relationship", [finding.hits])} if {
	some finding in lib.findings
	finding.kind == "orphan_rows"
	finding.hits > 0
}
