using LlmStack.Providers;

namespace LlmStack.Configuration;

/// <summary>A wire format and the variables its users usually set; of several variables the first that is set counts.</summary>
/// <param name="Format">The format.</param>
/// <param name="ImpliedBy">The provider's name that implies the format, and under which the environment alone adds it; null for none.</param>
internal sealed record ProviderFormatRow(IProviderFormat Format, string? ImpliedBy)
{
    /// <summary>Variables of the key beside the format's usual one.</summary>
    public IReadOnlyList<string> FurtherKeyVariables { get; init; } = [];

    public IReadOnlyList<string> EndpointVariables { get; init; } = [];

    /// <summary>Makes an address of what <see cref="EndpointVariables"/> hold, where that is no address itself; null when it is one.</summary>
    public Func<string, string>? AddressOf { get; init; }

    public IReadOnlyList<string> OrganizationVariables { get; init; } = [];

    public IReadOnlyList<string> ProjectVariables { get; init; } = [];

    public IReadOnlyList<string> LocationVariables { get; init; } = [];

    /// <summary>For services whose address follows from their other settings; null from it when those do not suffice.</summary>
    public Func<ProviderOptions, string?>? Address { get; init; }

    public IReadOnlyList<string> ApiVersionVariables { get; init; } = [];

    /// <summary>For formats that neither key nor address tells: whether the environment alone is enough to call the provider.</summary>
    public Func<IEnvironment, bool>? FoundIn { get; init; }
}
