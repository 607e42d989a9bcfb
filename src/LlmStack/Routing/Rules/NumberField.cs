namespace LlmStack.Routing.Rules;

/// <summary>A number of a request; null when it is not set.</summary>
internal delegate double? NumberField(in RouteRequest request);
