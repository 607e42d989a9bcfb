using LlmStack.Providers.Http;

namespace LlmStack.Providers;

/// <summary>What a wire format needs to make its adapter.</summary>
/// <param name="Name">The provider's name.</param>
/// <param name="Options">Its options, validated.</param>
/// <param name="Endpoint">The base address, without a trailing slash.</param>
/// <param name="Http">The provider's own handler chain: pooled connections, no retry, no logging.</param>
/// <param name="Time">The clock.</param>
internal sealed record ProviderSetup(string Name, ProviderOptions Options, Uri Endpoint, HttpMessageInvoker Http, TimeProvider Time)
{
    /// <summary>The longest event or body in bytes.</summary>
    public int MaxEventBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Where the key goes; set by the format.</summary>
    public KeyPlacement Key { get; init; } = KeyPlacement.Bearer;

    /// <summary>Where a token goes that is fetched, where that is another place than the key's; set by the format.</summary>
    public KeyPlacement? TokenKey { get; init; }

    /// <summary>What the format's own tokens begin with, which are no web tokens; null when it has none. Set by the format.</summary>
    public string? TokenPrefix { get; init; }

    /// <summary>Whether organization and project are sent as OpenAI's headers; not by formats that have them elsewhere.</summary>
    public bool SendsOrganization { get; init; } = true;

    /// <summary>Whether the server is a gateway that joins a trace through Langfuse's headers, as a LiteLLM proxy does; set by the format.</summary>
    public bool JoinsTraces { get; init; }

    /// <summary>Authenticates requests in place of the key's header; null where the header is enough. Set by the format.</summary>
    public IRequestSigner? Signer { get; init; }

    /// <summary>What is accepted as a stream; set by the format.</summary>
    public string StreamMediaType { get; init; } = "text/event-stream";

    /// <summary>Headers that the format itself demands, for instance its version; the user's own come after and win.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> FormatHeaders { get; init; } = [];
}
