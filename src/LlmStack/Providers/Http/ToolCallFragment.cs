namespace LlmStack.Providers.Http;

/// <summary>A piece of a tool call.</summary>
internal readonly record struct ToolCallFragment(int Choice, long? Index, string? Id, string? Name, string? Arguments);
