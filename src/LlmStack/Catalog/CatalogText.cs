namespace LlmStack.Catalog;

/// <summary>The bytes of a catalogue. The embedded one is read where the assembly is mapped, without a copy on the heap.</summary>
internal sealed unsafe class CatalogText
{
    private const string Resource = "LlmStack.Catalog.models.json";
    private readonly byte[]? _bytes;
    private readonly byte* _mapped;
    private readonly int _length;

    /// <summary>Holds the assembly that the bytes are in.</summary>
    private readonly UnmanagedMemoryStream? _owner;

    public CatalogText(byte[] bytes)
    {
        _bytes = bytes;
        _length = bytes.Length;
    }

    private CatalogText(UnmanagedMemoryStream mapped)
    {
        _owner = mapped;
        _mapped = mapped.PositionPointer;
        _length = (int)mapped.Length;
    }

    public ReadOnlySpan<byte> Span => _bytes ?? new ReadOnlySpan<byte>(_mapped, _length);

    public static CatalogText Embedded()
    {
        Stream stream = typeof(CatalogText).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"The resource {Resource} is missing.");
        if (stream is UnmanagedMemoryStream mapped)
        {
            return new CatalogText(mapped);
        }

        using (stream)
        {
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return new CatalogText(bytes);
        }
    }
}
