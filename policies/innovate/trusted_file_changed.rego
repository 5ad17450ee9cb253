# METADATA
# title: Change to what a check is made by
# description: A change touches a file that says what is checked and what is accepted - innovate.toml, policies, waivers beside templates or in their file, the baseline, a framework. With --since such files are taken as they were before the change, so it cannot vote itself through; somebody who may say so should look at it.
# related_resources:
#   - https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
#   - https://docs.gitlab.com/user/project/codeowners/
# custom:
#   severity: medium
#   resource_types:
#     - Innovate::Repository::File
#   risk: Whoever can change what is checked can merge what the check would have refused.
#   remediation:
#     console: Have an owner of the file review the change (CODEOWNERS), merge it on its own, and check what depends on it afterwards.
#     cli: innovate check --since REV --trust-head PATH, where the change of the file has been reviewed
package innovate.trusted_file_changed

deny contains {"message": message, "path": ""} if {
	input.properties.ChangedSince
	message := sprintf("`%s` is not as it was in `%s`, which counts here", [input.properties.Path, input.properties.ChangedSince])
}
