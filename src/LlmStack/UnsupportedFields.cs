namespace LlmStack;

/// <summary>What happens to an option that the provider's wire format or the model cannot take.</summary>
/// <remarks>A wish of the call wins over the provider's setting, which wins over the default. What was dropped is listed in <see cref="Routing.CallRoute.Changes"/>.</remarks>
public enum UnsupportedFields
{
    /// <summary>Sampling settings (temperature, penalties, seed …) are dropped and listed; what changes the answer's meaning fails. The default.</summary>
    Default = 0,

    /// <summary>Everything is dropped and listed.</summary>
    Drop = 1,

    /// <summary>Everything fails, before any call leaves the process.</summary>
    Fail = 2,
}
