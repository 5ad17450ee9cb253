# Kubernetes objects: what they are called, and where they are.
package lib.objects

# The kind, such as `Deployment` of the type `apps/v1/Deployment`.
kind(resource) := regex.replace(resource.type, "^.*/", "")

# The object that is judged in words.
subject := sprintf("%s `%s`", [regex.replace(input.type, "^.*/", ""), input.id])

# The namespace of an object.
namespace(resource) := object.get(resource.properties.metadata, "namespace", "default")
