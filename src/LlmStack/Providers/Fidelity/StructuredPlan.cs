using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Fidelity;

/// <summary>How one call asks for an answer in a form.</summary>
/// <param name="Method">The way.</param>
/// <param name="Format">The form that the caller asked for; null when none.</param>
internal readonly record struct StructuredPlan(StructuredMethod Method, ChatResponseFormatJson? Format);
