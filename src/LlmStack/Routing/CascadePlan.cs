namespace LlmStack.Routing;

/// <summary>Who judges a group's answers, and which group follows a rejected one.</summary>
internal sealed record CascadePlan(string EscalateTo, string? Validator, string? Judge);
