namespace LlmStack.Routing;

/// <summary>Survivors of the static filters by request shape.</summary>
internal sealed class ShapeCache
{
}
