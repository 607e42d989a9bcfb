namespace LlmStack.Routing;

/// <summary>What a configuration check can find. None of it is an error: the configuration works, perhaps not as it was meant.</summary>
public enum ConfigurationFindingKind
{
    /// <summary>Groups fall back to each other in a circle; a call enters each once.</summary>
    FallbackCycle = 0,

    /// <summary>No call can be served by the group, or no name leads there.</summary>
    UnreachableGroup,

    /// <summary>No request can reach the deployment.</summary>
    UnreachableDeployment,

    /// <summary>The price is unknown: cost stays unknown, and routing by cost ranks it last.</summary>
    MissingPrice,

    /// <summary>A setting that nothing reads where it stands.</summary>
    SettingWithoutEffect,

    /// <summary>The vendor has retired the model, will soon, or advises against it.</summary>
    RetiredModel,
}
