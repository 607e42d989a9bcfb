using LlmStack.Providers;

namespace LlmStack.Configuration;

/// <summary>A wire format and the variables its users usually set.</summary>
/// <param name="Format">The format.</param>
/// <param name="ImpliedBy">The provider's name that implies the format, or null.</param>
/// <param name="EndpointVariable">The variable of the address, or null.</param>
/// <param name="OrganizationVariable">The variable of the organization, or null.</param>
internal sealed record ProviderFormatRow(IProviderFormat Format, string? ImpliedBy, string? EndpointVariable = null, string? OrganizationVariable = null);
