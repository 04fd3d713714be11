# G08 GDPR 6(1): Lawful basis recorded.
package daylight.gdpr.g08

import rego.v1

import data.daylight.lib

words := {"consent", "contract", "legal-obligation", "vital-interests", "public-task", "legitimate-interests"}

plain(text) := replace(replace(lower(trim_space(text)), " ", "-"), "_", "-")

hits contains {"object": lib.id, "message": "no lawful basis"} if {
	lib.has_personal
	not recognised(plain(object.get(lib.metadata, "lawfulBasis", "")))
}

recognised(basis) if basis in words

recognised(basis) if regex.match(`^(art\.?-?)?(6\(1\))?-?\(?[a-f]\)?$`, basis)

recognised(basis) if {
	some word in words
	regex.match(`^(art\.?-?)?6\(1\)\([a-f]\)`, basis)
	endswith(basis, word)
}
