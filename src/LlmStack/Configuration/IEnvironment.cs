namespace LlmStack.Configuration;

/// <summary>Where the providers' usual variables are read from; a seam, so that tests never depend on the machine.</summary>
internal interface IEnvironment
{
    /// <summary>The value, or null when it is unset or blank.</summary>
    string? Get(string name);
}
