namespace LlmStack.Langfuse;

/// <summary>The application's own map from projects to credentials.</summary>
internal sealed record LangfuseProjectResolver(Func<string, LangfuseProjectOptions?> Resolve);
