# E10 BCBS 239 P2/P4 lineage: Sources of figures are known.
package daylight.euc.e10

import rego.v1

import data.daylight.lib

hits contains {"object": finding.location, "message": "external link to a file that is not in the inventory"} if {
	some finding in lib.findings
	finding.kind == "external_link"
	object.get(finding, "inInventory", false) == false
}
