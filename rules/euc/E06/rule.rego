# E06 migration completeness: Everything was converted.
package daylight.euc.e06

import rego.v1

import data.daylight.lib

hits contains {"object": finding.location, "message": sprintf("unconverted construct: %s", [finding.detail])} if {
	some finding in lib.findings
	finding.kind == "unsupported_construct"
	object.get(finding, "acknowledged", false) == false
}
