namespace LlmStack;

/// <summary>The credential under which the traces of one project or tenant are delivered.</summary>
public sealed class LangfuseProjectOptions
{
    /// <summary>The value of <see cref="LlmContext.Project"/> whose traces these are, compared exactly. Null: the entry's key.</summary>
    public string? Project { get; set; }

    /// <summary>The project's public key; required.</summary>
    public string? PublicKey { get; set; }

    /// <summary>The project's secret key; required.</summary>
    public string? SecretKey { get; set; }

    /// <summary>The server. Null: <see cref="LangfuseOptions.BaseUrl"/>.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>The project's id on the server, part of the addresses of traces. Null: the server is asked for it when an address is wanted.</summary>
    public string? ProjectId { get; set; }

    /// <summary>Regions whose content its server may hold. Null: <see cref="LangfuseOptions.Regions"/>, or none when it has a <see cref="BaseUrl"/> of its own.</summary>
    public List<string>? Regions { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"{BaseUrl} {PublicKey}";
}
