namespace LlmStack.Providers.OpenAI;

/// <summary>How a service's rerank body differs from the others'.</summary>
/// <param name="Top">The field of how many results are wanted.</param>
/// <param name="ModelInPath">Whether the model stands in the address, and not in the body.</param>
/// <param name="ApiVersion">The <c>api_version</c> that the body must name; null for none.</param>
internal readonly record struct RerankFields(string Top, bool ModelInPath = false, int? ApiVersion = null);
