using System.Text.Json;

namespace LlmStack.Providers.Fidelity;

/// <summary>A schema in a dialect, and what was changed on the way there.</summary>
/// <param name="Schema">The schema; the given one when nothing was changed.</param>
/// <param name="Changes">Each change as <c>place: what was done</c>, in the order of the schema; empty when nothing was changed.</param>
internal sealed record RewrittenSchema(JsonElement Schema, IReadOnlyList<string> Changes);
