namespace LlmStack.Routing.Rules;

/// <summary>A text of a request; fields with several give them by index, and null after the last.</summary>
internal delegate string? TextField(in RouteRequest request, int index);
