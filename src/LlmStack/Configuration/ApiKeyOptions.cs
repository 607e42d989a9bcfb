namespace LlmStack;

/// <summary>One key of a provider that has several.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>The key: visible ASCII. Null: the variable below.</summary>
    public string? Key { get; set; }

    /// <summary>The environment variable (or configuration key) that holds it.</summary>
    public string? Variable { get; set; }

    /// <summary>Its share of the load relative to the other keys; more than 0. Default 1.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>Never the key.</summary>
    public override string ToString() => Variable ?? "key";
}
