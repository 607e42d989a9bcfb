namespace LlmStack.Limits;

/// <summary>The sliding windows of a deployment's own limits.</summary>
internal sealed class DeploymentLimits
{
}
