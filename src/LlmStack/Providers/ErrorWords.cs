namespace LlmStack.Providers;

/// <summary>The words of an error, as far as its answer had them.</summary>
internal readonly record struct ErrorWords(string? Message, string? Code, string? Type = null, string? Reason = null);
